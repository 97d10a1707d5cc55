namespace Larder.Memoize.Tests.Generation;

/// <summary>The clone that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Larder.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"There is no Larder.slnx above {AppContext.BaseDirectory}.");
    }
}

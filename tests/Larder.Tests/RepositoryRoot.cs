namespace Larder.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    public static string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "Larder.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"There is no Larder.slnx above {AppContext.BaseDirectory}.");
    }
}

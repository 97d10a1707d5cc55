using System.Reflection;

namespace Larder.Repository.Tests;

/// <summary>
/// The public surface of every package is a reviewed text file beside its project, <c>PublicSurface.txt</c>. When it changes
/// on purpose, run these tests with LARDER_ACCEPT_SURFACE=1 and commit the file with the change.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Theory]
    [MemberData(nameof(PackageTests.Projects), MemberType = typeof(PackageTests))]
    public void Public_surface_is_what_was_reviewed(string project)
    {
        string file = Path.Combine(Clone.Root, "src", project, "PublicSurface.txt");
        string surface = PublicSurface.Of(Assembly.Load(project));
        if (Environment.GetEnvironmentVariable("LARDER_ACCEPT_SURFACE") == "1")
            File.WriteAllText(file, surface);

        Assert.True(File.Exists(file), $"{file} is missing.");
        Assert.Equal(File.ReadAllText(file), surface);
    }
}

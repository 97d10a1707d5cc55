namespace Larder.Repository.Tests;

/// <summary>Publishes <c>tests/Larder.AotTest</c> trimmed, and runs what came out.</summary>
public sealed class TrimmingTests
{
    [Fact]
    public async Task A_program_is_published_trimmed_without_a_warning_and_works()
    {
        string folder = Directory.CreateTempSubdirectory("larder-trimmed-").FullName;
        try
        {
            string published = await Clone.RunAsync("dotnet", "publish", Path.Combine("tests", "Larder.AotTest"), "-c", Clone.Configuration, "-o", folder, "-v", "quiet");

            Assert.DoesNotContain("warning", published, StringComparison.OrdinalIgnoreCase);
            // Trimmed in fact: the whole framework has far more files.
            Assert.InRange(Directory.GetFiles(folder, "System.*.dll").Length, 1, 80);

            string output = await Clone.RunAsync(Path.Combine(folder, "Larder.AotTest"));

            Assert.Equal(
                [
                    "ok: core",
                    "ok: tenancy",
                    "ok: store with source-generated JSON",
                    "ok: snapshot",
                    "ok: dependency injection and configuration",
                    "ok: backend of a package, by its name alone",
                ],
                output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.IO.Compression;
using System.Xml.Linq;

namespace Larder.Repository.Tests;

/// <summary>Packs every project of src/ and looks into the packages.</summary>
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    public static TheoryData<string> Projects => [.. Directory.EnumerateFiles(Path.Combine(Clone.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_says_what_it_is(string project)
    {
        using ZipArchive package = packages.Open(project, ".nupkg");
        XElement metadata = XDocument.Load(package.GetEntry($"{project}.nuspec")!.Open()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");

        Assert.Equal(project, Value("id"));
        Assert.Equal("MIT", Value("license"));
        Assert.True(Value("description")?.Length > 40, $"The description of {project} is missing or says nothing: '{Value("description")}'.");
        Assert.Equal("README.md", Value("readme"));

        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_holds_the_readme_the_library_and_its_documentation(string project)
    {
        using ZipArchive package = packages.Open(project, ".nupkg");

        Assert.True(package.GetEntry("README.md")?.Length > 0);
        Assert.True(package.GetEntry($"lib/net10.0/{project}.dll")?.Length > 0);
        Assert.True(package.GetEntry($"lib/net10.0/{project}.xml")?.Length > 0);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Symbols_are_packed_beside_it(string project)
    {
        using ZipArchive symbols = packages.Open(project, ".snupkg");

        Assert.True(symbols.GetEntry($"lib/net10.0/{project}.pdb")?.Length > 0);
    }

    public sealed class Packages : IAsyncLifetime
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("larder-packages-");

        public async ValueTask InitializeAsync() =>
            await Clone.RunAsync("dotnet", "pack", "Larder.slnx", "--configuration", Clone.Configuration, "--no-build", "-v", "quiet", "--output", _directory.FullName);

        public ZipArchive Open(string project, string extension)
        {
            FileInfo[] files = _directory.GetFiles($"{project}.*{extension}").Where(file => char.IsAsciiDigit(file.Name[project.Length + 1])).ToArray();
            Assert.True(files.Length == 1, $"{project} gave {files.Length} packages {extension}: {string.Join(", ", files.Select(file => file.Name))}.");
            return ZipFile.OpenRead(files[0].FullName);
        }

        public ValueTask DisposeAsync()
        {
            _directory.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}

using System.IO.Compression;
using System.Xml.Linq;

namespace Larder.Repository.Tests;

/// <summary>Packs every project of src/ and looks into the packages.</summary>
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    private static readonly string[] InLarder = ["Larder.Memoize", "Larder.Memoize.CodeFixes"];

    public static TheoryData<string> Projects => [.. Directory.EnumerateFiles(Path.Combine(Clone.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path)).Except(InLarder)];

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

    [Fact]
    public void Generator_analyzer_and_code_fix_travel_in_the_package_Larder()
    {
        using ZipArchive package = packages.Open("Larder", ".nupkg");
        XDocument specification = XDocument.Load(package.GetEntry("Larder.nuspec")!.Open());

        Assert.All(InLarder, name => Assert.True(package.GetEntry($"analyzers/dotnet/cs/{name}.dll")?.Length > 0));
        Assert.DoesNotContain(specification.Descendants().Where(element => element.Name.LocalName == "dependency"), element => InLarder.Contains(element.Attribute("id")!.Value));
    }

    [Fact]
    public async Task Program_that_references_only_the_package_has_memoized_methods()
    {
        DirectoryInfo consumer = packages.Directory.CreateSubdirectory("consumer");
        string version = packages.VersionOf("Larder");
        await File.WriteAllTextAsync(Path.Combine(consumer.FullName, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{packages.Directory.FullName}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Larder" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(consumer.FullName, "Program.cs"), """
            using Larder;

            var squares = new Squares(Cache.Create());
            Console.WriteLine($"{squares.Of(7)} {squares.Of(7)} computed {squares.Computed}, forgotten {squares.Memoized.Of.Remove(7)}");

            internal sealed partial class Squares(ICache cache)
            {
                public int Computed { get; private set; }

                [Memoize(TtlSeconds = 60)]
                public partial int Of(int x);

                private int OfCore(int x)
                {
                    Computed++;
                    return x * x;
                }
            }
            """);

        string output = await Clone.RunAsync("dotnet", "run", "--project", consumer.FullName, "-v", "quiet");

        Assert.Contains("49 49 computed 1, forgotten True", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_of_a_memoized_method_reaches_who_references_the_package()
    {
        DirectoryInfo consumer = packages.Directory.CreateSubdirectory("mistaken");
        string version = packages.VersionOf("Larder");
        await File.WriteAllTextAsync(Path.Combine(consumer.FullName, "Mistaken.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>../consumer/packages</RestorePackagesPath>
                <RestoreAdditionalProjectSources>{packages.Directory.FullName}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Larder" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(consumer.FullName, "Mistaken.cs"), """
            public static partial class Mistaken
            {
                [Larder.Memoize(TtlSeconds = 0)]
                public static partial int Get(System.IO.Stream stream);

                private static int GetCore(System.IO.Stream stream) => 1;
            }
            """);

        (int exitCode, string output) = await Clone.TryAsync("dotnet", "build", consumer.FullName, "-v", "quiet");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error LARDER006: The parameter 'stream'", output, StringComparison.Ordinal);
        Assert.Contains("error LARDER012: TtlSeconds of 'Get' is 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("error CS", output, StringComparison.Ordinal);
    }

    public sealed class Packages : IAsyncLifetime
    {
        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("larder-packages-");

        public DirectoryInfo Directory => _directory;

        public string VersionOf(string project)
        {
            string name = Path.GetFileNameWithoutExtension(_directory.GetFiles($"{project}.*.nupkg").Single(file => char.IsAsciiDigit(file.Name[project.Length + 1])).Name);
            return name[(project.Length + 1)..];
        }

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

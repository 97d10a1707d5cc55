using System.Diagnostics.CodeAnalysis;
using Larder.Stores;
using Microsoft.Extensions.Configuration;

namespace Larder.Hosting;

/// <summary>The backends that a cache's configuration can choose from, and the reading of that choice.</summary>
/// <remarks>
/// The packages' own are looked for by name when they are asked for, so that the core knows none of them. Each name is a
/// constant in its call: trimming follows such a call, and keeps what it names where the package is there.
/// </remarks>
internal sealed class StoreBackends
{
    private const string Memory = "memory";
    private const string File = "file";

    private static readonly Dictionary<string, (string Package, Func<IStoreBackend?> Find)> Packages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sqlite"] = ("Larder.Sqlite", static () => Make(Type.GetType("Larder.SqliteBackend, Larder.Sqlite"))),
        ["redis"] = ("Larder.Redis", static () => Make(Type.GetType("Larder.RedisBackend, Larder.Redis"))),
        ["mongo"] = ("Larder.MongoDB", static () => Make(Type.GetType("Larder.MongoDbBackend, Larder.MongoDB"))),
        ["postgres"] = ("Larder.PostgreSql", static () => Make(Type.GetType("Larder.PostgreSqlBackend, Larder.PostgreSql"))),
    };

    private readonly Dictionary<string, IStoreBackend> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a backend known; one of the application's takes the place of a package's of the same name.</summary>
    /// <exception cref="ArgumentException">The name is one that the core keeps for itself.</exception>
    public void Add(string name, IStoreBackend backend)
    {
        if (IsBuiltIn(name))
            throw new ArgumentException($"The name is \"{name}\"; {Memory} and {File} are built in and cannot be replaced.", nameof(name));
        _own[name] = backend;
    }

    /// <summary>Whether a section says that the memory is kept in a file.</summary>
    public static bool IsFile(IConfiguration section) => Is(section[CacheSettings.Backend], File);

    /// <summary>Reads which backend a section chooses, if it says.</summary>
    /// <param name="section">The section of a cache.</param>
    /// <param name="errors">What is wrong is added here.</param>
    /// <param name="create">Makes the store; <see langword="null"/> for a backend that is none, and where something is wrong.</param>
    /// <returns>Whether the section says anything.</returns>
    public bool TryChoose(IConfiguration section, OptionErrors errors, out Func<IServiceProvider, ICacheStore>? create)
    {
        create = null;
        IConfigurationSection choice = section.GetSection(CacheSettings.Backend);
        IConfigurationSection options = section.GetSection(CacheSettings.BackendOptions);
        string? name = choice.Value?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            // A Backend that is there and is no name has been refused where options are read.
            if (!choice.Exists() && options.Exists())
                errors.Add($"{options.Path} is set and {choice.Path} is not; it must be one of {Names}.");
            return false;
        }

        if (Is(name, File))
            RefuseTwoFiles(section, choice, errors);
        else if (Is(name, Memory))
            new BackendOptions(options, errors).RefuseUnknown(Memory);
        else if (Find(name, choice, errors) is { } backend)
            create = Read(name, backend, options, errors);
        return true;
    }

    private static bool IsBuiltIn(string name) => Is(name, Memory) || Is(name, File);

    private static bool Is(string? name, string known) => string.Equals(name?.Trim(), known, StringComparison.OrdinalIgnoreCase);

    private static void RefuseTwoFiles(IConfiguration section, IConfigurationSection choice, OptionErrors errors)
    {
        IConfigurationSection other = section.GetSection(CacheSettings.PersistTo);
        if (other.Exists())
            errors.Add($"{choice.Path} is \"{File}\" and {other.Path} is set; choose one: both name the file that the memory is kept in.");
    }

    private static Func<IServiceProvider, ICacheStore> Read(string name, IStoreBackend backend, IConfigurationSection section, OptionErrors errors)
    {
        if (section.Value is { Length: > 0 })
            errors.Add($"{section.Path} is a text; it must be a group of options.");
        var options = new BackendOptions(section, errors);
        Func<IServiceProvider, ICacheStore>? create = null;
        try
        {
            create = backend.Read(options);
        }
        catch (InvalidCacheOptionsException invalid)
        {
            foreach (string error in invalid.Errors)
                errors.Add(error);
        }

        options.RefuseUnknown(name);
        return services => create?.Invoke(services)
            ?? throw new InvalidOperationException($"The backend \"{name}\" made no store; {backend.GetType()}.{nameof(IStoreBackend.Read)} must return what makes one.");
    }

    private static IStoreBackend? Make([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type) =>
        type is null ? null : (IStoreBackend)Activator.CreateInstance(type)!;

    private IStoreBackend? Find(string name, IConfigurationSection choice, OptionErrors errors)
    {
        if (_own.TryGetValue(name, out IStoreBackend? own))
            return own;
        if (!Packages.TryGetValue(name, out var known))
            errors.Add($"{choice.Path} is \"{name}\"; it must be one of {Names}.");
        else if (known.Find() is { } backend)
            return backend;
        else
            errors.Add($"{choice.Path} is \"{name}\", and its package is not there; add it: dotnet add package {known.Package}.");
        return null;
    }

    private string Names => string.Join(", ", Packages.Keys.Prepend(File).Prepend(Memory).Concat(_own.Keys.Order(StringComparer.Ordinal)).Distinct(StringComparer.OrdinalIgnoreCase));
}

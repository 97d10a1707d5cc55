using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>Validates a host's cache: its configuration as it is written, and its options as they come out.</summary>
internal sealed class CacheOptionsValidator(CacheRegistration registration) : IValidateOptions<CacheOptions>
{
    public ValidateOptionsResult Validate(string? name, CacheOptions options)
    {
        if (name != registration.OptionsName)
            return ValidateOptionsResult.Skip;

        var errors = new OptionErrors();
        var unused = new CacheOptions();
        foreach (IConfiguration section in registration.Sections)
            CacheSettings.Apply(section, unused, errors);
        options.Validate(errors);
        if (registration.ChooseStore(errors) is not null && options.Snapshot is { } snapshot)
            errors.Add(CacheOptionsValidation.StoreAndSnapshot("set, in code or by \"Backend\"", snapshot.Path));
        return errors.All.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(errors.All.Select(error => $"Cache \"{registration.Name}\": {error}"));
    }
}

using Microsoft.Extensions.Options;

namespace Larder.Hybrid;

/// <summary>Validates a host's <see cref="LarderHybridCacheOptions"/>.</summary>
internal sealed class HybridCacheOptionsValidator : IValidateOptions<LarderHybridCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, LarderHybridCacheOptions options)
    {
        var errors = new OptionErrors();
        options.Validate(errors);
        return errors.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.All.Select(static error => $"{nameof(LarderHybridCacheOptions)}: {error}"));
    }
}

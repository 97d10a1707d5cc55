namespace Larder.Serialization;

/// <summary>What one entry's stored form asks of the codec beyond the cache's options.</summary>
/// <param name="Uncompressed">Whether it is not compressed, whatever the options say.</param>
/// <param name="MaxBytes">The largest payload, where that is less than <see cref="CacheOptions.MaxPayloadBytes"/>.</param>
internal readonly record struct PayloadTerms(bool Uncompressed, int? MaxBytes);

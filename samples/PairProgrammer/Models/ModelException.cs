using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Larder.Samples.PairProgrammer.Models;

/// <summary>The service could not be asked, or its answer was none.</summary>
public sealed class ModelException : Exception
{
    public ModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public ModelException(string message)
        : base(message)
    {
    }

    public ModelException()
    {
    }

    /// <summary>The HTTP status; 0 when there was no answer that had one.</summary>
    public int Status { get; private init; }

    /// <summary>Whether the caller gave up, which is no failure of the service.</summary>
    internal static bool IsCancellation(Exception error, CancellationToken cancellationToken) => error is OperationCanceledException && cancellationToken.IsCancellationRequested;

    /// <summary>What an exception of the OpenAI package means.</summary>
    internal static ModelException From(Exception error, ChatClientMetadata service)
    {
        string where = $"The model {service.DefaultModelId} at {service.ProviderUri}";
        return error switch
        {
            ClientResultException { Status: 429 } limited => new ModelException($"{where} is rate limited (429{RetryAfter(limited)}): {Body(limited)}", error) { Status = 429 },
            ClientResultException { Status: 401 or 403 } denied => new ModelException($"{where} does not accept the key ({denied.Status}): {Body(denied)}", error) { Status = denied.Status },
            ClientResultException { Status: > 0 } failed => new ModelException($"{where} answered {failed.Status}: {Body(failed)}", error) { Status = failed.Status },
            JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException => new ModelException($"{where} answered what is no chat completion: {error.Message}", error),
            _ when Causes(error).Any(cause => cause is OperationCanceledException or TimeoutException) => new ModelException($"{where} did not answer in time.", error),
            _ => new ModelException($"{where} cannot be reached: {Causes(error).Last().Message}", error),
        };
    }

    private static string RetryAfter(ClientResultException error) =>
        error.GetRawResponse() is { } response && response.Headers.TryGetValue("Retry-After", out string? wait) ? $", retry after {wait} s" : "";

    private static string Body(ClientResultException error)
    {
        string body = error.GetRawResponse()?.Content.ToString() ?? "";
        string said = Said(body) ?? body;
        return said.Length == 0 ? "It said nothing." : said.Length <= 300 ? said : said[..300] + "…";
    }

    // Most services say {"error": {"message": "..."}}, some {"error": "..."}.
    private static string? Said(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("error", out JsonElement said))
                return null;
            if (said.ValueKind == JsonValueKind.Object && said.TryGetProperty("message", out JsonElement message))
                said = message;
            return said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<Exception> Causes(Exception error)
    {
        // Of several attempts the last one tells the most.
        for (Exception? cause = error; cause is not null; cause = cause is AggregateException { InnerExceptions: [.., var last] } ? last : cause.InnerException)
            yield return cause;
    }
}

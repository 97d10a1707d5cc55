using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>Stands between a client and a service, passes on what they say, and writes it to a folder. It takes no streams. Keys are never written.</summary>
public sealed class RecordServer : LocalServer
{
    private readonly string _folder;
    private readonly Uri _service;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private int _number;

    private RecordServer(string folder, Uri service)
    {
        _folder = folder;
        _service = service;
    }

    /// <summary>Starts one. What the folder holds already stays, and is added to.</summary>
    public static async Task<RecordServer> StartAsync(string folder, Uri service, string title)
    {
        Directory.CreateDirectory(folder);
        string about = Path.Combine(folder, Recording.AboutFile);
        if (!File.Exists(about))
        {
            var description = new About { Format = About.CurrentFormat, Title = title, Note = $"Recorded from {service.GetLeftPart(UriPartial.Path)}." };
            await File.WriteAllTextAsync(about, JsonSerializer.Serialize(description, RecordingJson.Default.About));
        }

        var server = new RecordServer(folder, service) { _number = Directory.EnumerateFiles(folder, "*.json").Max(NumberOf) };
        await server.StartAsync();
        return server;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
    }

    protected override async Task CompleteAsync(HttpContext context, byte[] body)
    {
        ChatRequest request;
        try
        {
            request = ChatRequest.Parse(body);
        }
        catch (JsonException error)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, error.Message);
            return;
        }

        if (request.IsStream)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, "The recorder takes no streams.");
            return;
        }

        long began = Stopwatch.GetTimestamp();
        using var passed = new HttpRequestMessage(HttpMethod.Post, $"{_service.ToString().TrimEnd('/')}/chat/completions") { Content = new ByteArrayContent(body) };
        passed.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (context.Request.Headers.Authorization is [{ } authorization])
            passed.Headers.TryAddWithoutValidation("Authorization", authorization);
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(passed, context.RequestAborted);
        }
        catch (HttpRequestException error)
        {
            await FailAsync(context, StatusCodes.Status502BadGateway, $"{_service} cannot be reached: {error.Message}");
            return;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await FailAsync(context, StatusCodes.Status504GatewayTimeout, $"{_service} did not answer within {_http.Timeout.TotalMinutes} minutes.");
            return;
        }

        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync(context.RequestAborted);
            await WriteAsync(request, answer, text, Stopwatch.GetElapsedTime(began));
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "application/json";
            foreach ((string name, string value) in Headers(answer))
                context.Response.Headers[name] = value;
            await context.Response.WriteAsync(text, Encoding.UTF8, context.RequestAborted);
        }
    }

    private static int NumberOf(string file) => int.TryParse(Path.GetFileName(file).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static Dictionary<string, string> Headers(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter is { } wait ? new() { ["Retry-After"] = wait.ToString() } : [];

    private async Task WriteAsync(ChatRequest request, HttpResponseMessage answer, string text, TimeSpan took)
    {
        JsonElement? json = null;
        try
        {
            json = JsonElement.Parse(Completion.WithJsonContent(JsonNode.Parse(text)!.AsObject()).ToJsonString());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Kept as it is.
        }

        Dictionary<string, string> headers = Headers(answer);
        var exchange = new Exchange
        {
            When = request.Exactly(),
            DelayMilliseconds = (int)took.TotalMilliseconds,
            Status = (int)answer.StatusCode,
            Headers = headers.Count > 0 ? headers : null,
            Response = json,
            Body = json is null ? text : null,
        };
        string name = $"{Interlocked.Increment(ref _number):D3}-{request.Schema ?? "text"}.json";
        await File.WriteAllTextAsync(Path.Combine(_folder, string.Concat(name.Split(Path.GetInvalidFileNameChars()))), JsonSerializer.Serialize(exchange, RecordingJson.Default.Exchange));
    }
}

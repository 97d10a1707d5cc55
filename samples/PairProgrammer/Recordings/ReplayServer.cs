using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>Plays a recording back.</summary>
public sealed class ReplayServer(Recording recording) : LocalServer
{
    /// <summary>Starts one.</summary>
    public static async Task<ReplayServer> StartAsync(Recording recording)
    {
        var server = new ReplayServer(recording);
        await server.StartAsync();
        return server;
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

        if (recording.Answer(request) is not { } exchange)
        {
            await FailAsync(context, StatusCodes.Status404NotFound, $"The recording '{recording.About.Title}' has no answer to this request (schema {request.Schema ?? "none"}, {request.Messages.Count} messages). A replay knows only what was recorded.");
            return;
        }

        await Task.Delay(exchange.DelayMilliseconds, context.RequestAborted);
        await SendAsync(context, exchange, request.IsStream);
    }

    private static async Task SendAsync(HttpContext context, Exchange exchange, bool isStream)
    {
        context.Response.StatusCode = exchange.Status;
        foreach ((string name, string value) in exchange.Headers ?? new Dictionary<string, string>())
            context.Response.Headers[name] = value;

        string body = exchange.Body ?? "";
        context.Response.ContentType = "application/json";
        if (exchange.Response is { } response)
        {
            JsonObject completion = Completion.WithTextContent(response);
            bool streams = isStream && exchange.Status == StatusCodes.Status200OK;
            body = streams ? Completion.ToEvents(completion) : completion.ToJsonString();
            if (streams)
                context.Response.ContentType = "text/event-stream";
        }

        byte[] bytes = Encoding.UTF8.GetBytes(body);
        int length = Math.Min(bytes.Length, exchange.CutAfter ?? int.MaxValue);
        if (exchange.CutAfter is not null)
            context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, length), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (exchange.CutAfter is not null)
            context.Abort();
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>A small OpenAI-compatible service on the loopback interface: what a client asks it travels by real HTTP.</summary>
public abstract class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _requests;

    protected LocalServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    /// <summary>The base address for clients.</summary>
    public Uri Endpoint => new(_application.Urls.Single() + "/v1");

    /// <summary>How many completions it was asked for, retries included.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public Task StartAsync() => _application.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        // Requests that nobody will answer any more need not be waited for.
        using var impatience = new CancellationTokenSource(TimeSpan.Zero);
        try
        {
            await _application.StopAsync(impatience.Token);
        }
        catch (OperationCanceledException)
        {
            // As was asked.
        }

        await _application.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Answers a request for a completion.</summary>
    protected abstract Task CompleteAsync(HttpContext context, byte[] body);

    /// <summary>Answers with an error in the service's form.</summary>
    protected static Task FailAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var error = new System.Text.Json.Nodes.JsonObject { ["error"] = new System.Text.Json.Nodes.JsonObject { ["message"] = message, ["type"] = "recording" } };
        return context.Response.WriteAsync(error.ToJsonString(), context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.Request.Path != "/v1/chat/completions")
        {
            await FailAsync(context, StatusCodes.Status404NotFound, $"Here is only POST /v1/chat/completions, and no {context.Request.Method} {context.Request.Path}.");
            return;
        }

        Interlocked.Increment(ref _requests);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            await CompleteAsync(context, body.ToArray());
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
    }
}

using Larder.Samples.PairProgrammer.Recordings;
using Microsoft.AspNetCore.Http;

namespace Larder.AI.Tests.Pair;

/// <summary>A recording that fails at one function until it is mended.</summary>
internal sealed class RecordingPart : IAsyncDisposable
{
    private readonly ReplayServer _behind;
    private readonly Gate _gate;

    private RecordingPart(ReplayServer behind, string brokenAt)
    {
        _behind = behind;
        _gate = new Gate(behind.Endpoint, brokenAt);
    }

    public LocalServer Server => _gate;

    public static async Task<RecordingPart> OfAsync(Recording recording, string brokenAt)
    {
        var part = new RecordingPart(await ReplayServer.StartAsync(recording), brokenAt);
        await part._gate.StartAsync();
        return part;
    }

    public void Mend() => _gate.IsMended = true;

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _behind.DisposeAsync();
    }

    private sealed class Gate(Uri behind, string brokenAt) : LocalServer
    {
        private readonly HttpClient _http = new();

        public volatile bool IsMended;

        protected override async Task CompleteAsync(HttpContext context, byte[] body)
        {
            if (!IsMended && System.Text.Encoding.UTF8.GetString(body).Contains($"\"name\":\"{brokenAt}\"", StringComparison.Ordinal))
            {
                await FailAsync(context, 503, "Down for a while.");
                return;
            }

            using HttpResponseMessage answer = await _http.PostAsync(new Uri(behind + "/chat/completions"), new ByteArrayContent(body));
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "application/json";
            await answer.Content.CopyToAsync(context.Response.Body);
        }
    }
}

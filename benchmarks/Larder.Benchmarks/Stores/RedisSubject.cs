using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>Redis, beside the plain commands on a socket.</summary>
internal sealed class RedisSubject : StoreSubject
{
    private readonly string _directory = Directory.CreateTempSubdirectory("larder-bench-").FullName;
    private Process? _process;
    private int _port;

    public override string Name => "Redis";

    public override string About => "the plain commands (GET, SET with PX, MGET) written to a socket and read from it by hand; nobody told of changes";

    public override async Task StartAsync()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--dir", _directory]) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using IRawClient raw = await ConnectRawAsync();
                return;
            }
            catch (SocketException) when (attempt < 500)
            {
                await Task.Delay(20);
            }
        }
    }

    public override ICacheStore Connect() => new RedisStore($"redis://127.0.0.1:{_port}");

    public override async Task<IRawClient> ConnectRawAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        return new Client(new NetworkStream(socket, ownsSocket: true));
    }

    public override ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Client(NetworkStream stream) : IRawClient
    {
        private readonly BufferedStream _input = new(stream, 64 * 1024);

        public async ValueTask<byte[]?> GetAsync(string key)
        {
            await SendAsync(["GET", "raw:" + key], null);
            return await ReadBlobAsync();
        }

        public async ValueTask SetAsync(string key, byte[] value)
        {
            await SendAsync(["SET", "raw:" + key], value, ["PX", "3600000"]);
            await ReadLineAsync();
        }

        public async ValueTask<int> GetManyAsync(string[] keys)
        {
            await SendAsync(["MGET", .. keys.Select(key => "raw:" + key)], null);
            int count = int.Parse((await ReadLineAsync()).AsSpan(1), CultureInfo.InvariantCulture);
            int found = 0;
            for (int i = 0; i < count; i++)
                found += await ReadBlobAsync() is null ? 0 : 1;
            return found;
        }

        public ValueTask DisposeAsync() => stream.DisposeAsync();

        private async ValueTask SendAsync(string[] before, byte[]? value, params string[] after)
        {
            var message = new MemoryStream();
            Write($"*{before.Length + (value is null ? 0 : 1) + after.Length}\r\n");
            foreach (string word in before)
                Write($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
            if (value is not null)
            {
                Write($"${value.Length}\r\n");
                message.Write(value);
                Write("\r\n");
            }

            foreach (string word in after)
                Write($"${word.Length}\r\n{word}\r\n");
            await stream.WriteAsync(message.GetBuffer().AsMemory(0, (int)message.Length));

            void Write(string text) => message.Write(Encoding.UTF8.GetBytes(text));
        }

        private async ValueTask<byte[]?> ReadBlobAsync()
        {
            int length = int.Parse((await ReadLineAsync()).AsSpan(1), CultureInfo.InvariantCulture);
            if (length < 0)
                return null;
            byte[] bytes = new byte[length + 2];
            await _input.ReadExactlyAsync(bytes);
            return bytes[..length];
        }

        private async ValueTask<string> ReadLineAsync()
        {
            var line = new StringBuilder();
            byte[] one = new byte[1];
            while (true)
            {
                await _input.ReadExactlyAsync(one);
                if (one[0] == '\n')
                    return line.ToString();
                if (one[0] != '\r')
                    line.Append((char)one[0]);
            }
        }
    }
}

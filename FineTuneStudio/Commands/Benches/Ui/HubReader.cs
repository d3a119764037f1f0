using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>A live connection without a browser: follows a run over the charts' hub and notes how late its steps come.</summary>
internal sealed class HubReader : IAsyncDisposable
{
    private const byte EndOfRecord = 0x1e;

    private readonly ClientWebSocket _socket = new();
    private readonly PacedEngine _engine;
    private Task _receiving = Task.CompletedTask;
    private int _lastStep;

    private HubReader(PacedEngine engine)
    {
        _engine = engine;
    }

    /// <summary>Longest time between a step and its arrival, in milliseconds.</summary>
    public double WorstMilliseconds { get; private set; }

    /// <summary>Newest step that arrived.</summary>
    public int LastStep => Volatile.Read(ref _lastStep);

    public static async Task<HubReader> FollowAsync(Uri studio, Guid run, PacedEngine engine)
    {
        var reader = new HubReader(engine);
        await reader._socket.ConnectAsync(new UriBuilder(studio) { Scheme = "ws", Path = "live/runs" }.Uri, CancellationToken.None);
        await reader.SendAsync(new { protocol = "json", version = 1 });
        await reader.SendAsync(new { type = 4, invocationId = "1", target = "Follow", arguments = (object[])[run, 0] });
        reader._receiving = reader.ReceiveAsync();
        return reader;
    }

    /// <summary>Forgets how late it was while everybody connected.</summary>
    public void Restart() => WorstMilliseconds = 0;

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private Task SendAsync(object message)
        => _socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message) + (char)EndOfRecord), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private async Task ReceiveAsync()
    {
        try
        {
            await foreach (var message in WebSocketMessages.ReadAsync(_socket))
            {
                for (var rest = message; rest.Span.IndexOf(EndOfRecord) is >= 0 and var end; rest = rest[(end + 1)..])
                {
                    Take(rest[..end]);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // Closed by whoever measures.
        }
    }

    private void Take(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record);
        if (!document.RootElement.TryGetProperty("item", out var delta))
        {
            return;
        }

        // The oldest step of a message has waited longest.
        var oldest = _lastStep + 1;
        Volatile.Write(ref _lastStep, delta.GetProperty("points").GetProperty("lastStep").GetInt32());
        if (oldest <= _lastStep && _engine.ToldAt(oldest) is > 0 and var toldAt)
        {
            WorstMilliseconds = Math.Max(WorstMilliseconds, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - toldAt);
        }
    }
}

using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>Commands and answers of the DevTools protocol over one WebSocket.</summary>
internal sealed class DevToolsSocket : IAsyncDisposable
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = new();
    private Task _receiving = Task.CompletedTask;
    private int _last;

    private DevToolsSocket()
    {
    }

    public static async Task<DevToolsSocket> ConnectAsync(Uri address)
    {
        var socket = new DevToolsSocket();
        await socket._socket.ConnectAsync(address, CancellationToken.None);
        socket._receiving = socket.ReceiveAsync();
        return socket;
    }

    /// <summary>Sends a command and waits for its result.</summary>
    public async Task<JsonElement> SendAsync(string method, object? parameters = null, string? sessionId = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { }, sessionId }, JsonOptions);
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            await foreach (var message in WebSocketMessages.ReadAsync(_socket))
            {
                using var document = JsonDocument.Parse(message);
                if (!document.RootElement.TryGetProperty("id", out var id) || !_waiting.TryRemove(id.GetInt32(), out var answer))
                {
                    continue;
                }

                if (document.RootElement.TryGetProperty("error", out var error))
                {
                    answer.SetException(new InvalidOperationException($"Chromium refused: {error}"));
                }
                else
                {
                    answer.SetResult(document.RootElement.GetProperty("result").Clone());
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // Closed; whoever still waits is told so.
        }

        foreach (var (_, answer) in _waiting)
        {
            answer.TrySetException(new InvalidOperationException("Chromium was closed."));
        }
    }
}

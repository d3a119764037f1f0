using System.Net.WebSockets;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>Whole messages of a WebSocket.</summary>
internal static class WebSocketMessages
{
    /// <summary>One after the other until the other side closes.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                yield break;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                yield return buffer.AsMemory(0, length);
                length = 0;
            }
            else if (length == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * length);
            }
        }
    }
}

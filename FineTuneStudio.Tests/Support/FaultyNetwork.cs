using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FineTuneStudio.Tests.Support;

/// <summary>A wire between a browser and a studio that a test can cut, or hold still as a server does that is stopped for a while.</summary>
internal sealed class FaultyNetwork : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly CancellationTokenSource _closed = new();
    private volatile int _target;
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = new();
    private volatile bool _cut;

    public FaultyNetwork(Uri studio)
    {
        _target = studio.Port;
        _flowing.SetResult();
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Breaks every connection and takes no new one.</summary>
    public void Cut()
    {
        _cut = true;
        foreach (var client in _open.Keys)
        {
            client.Close();
        }
    }

    /// <summary>Takes connections again.</summary>
    public void Mend() => _cut = false;

    /// <summary>Leads new connections to another studio.</summary>
    public void MoveTo(Uri studio) => _target = studio.Port;

    /// <summary>Keeps connections open and lets nothing through.</summary>
    public void Hold() => _flowing = new TaskCompletionSource();

    /// <summary>Lets through what was held, and what comes.</summary>
    public void Release() => _flowing.SetResult();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                if (_cut)
                {
                    client.Close();
                    continue;
                }

                _ = ConnectAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            _open[client] = 0;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _closed.Token);
                await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream()), CopyAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException)
            {
                // One side is gone; the other is closed with it.
            }

            _open.TryRemove(client, out _);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[1 << 14];
        try
        {
            while (await from.ReadAsync(buffer, _closed.Token) is > 0 and var count)
            {
                await _flowing.Task.WaitAsync(_closed.Token);
                await to.WriteAsync(buffer.AsMemory(0, count), _closed.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone.
        }
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>A page of a driven Chromium.</summary>
internal sealed class ChromiumPage(DevToolsSocket socket, string targetId, string sessionId)
{
    /// <summary>Blazor has taken the page over.</summary>
    private const string Interactive = "window.Blazor && document.documentElement.dataset.interactive === 'true'";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task PrepareAsync()
    {
        await SendAsync("Page.enable");
        await SendAsync("Network.enable");
        await SendAsync("Performance.enable", new { timeDomain = "threadTicks" });
    }

    /// <summary>Without a cache every file is fetched.</summary>
    public Task CacheAsync(bool enabled) => SendAsync("Network.setCacheDisabled", new { cacheDisabled = !enabled });

    /// <summary>Runs a script before any of the page's own.</summary>
    public Task InjectAsync(string script) => SendAsync("Page.addScriptToEvaluateOnNewDocument", new { source = script });

    public Task GoAsync(Uri address) => SendAsync("Page.navigate", new { url = address.ToString() });

    /// <summary>Opens an address and waits until it answers clicks.</summary>
    public async Task GoInteractiveAsync(Uri address)
    {
        await GoAsync(address);
        await WaitAsync(Interactive);
    }

    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        return answer.TryGetProperty("exceptionDetails", out var exception)
            ? throw new InvalidOperationException($"In the page: {exception}")
            : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<double> NumberAsync(string expression) => (await EvaluateAsync(expression)).GetDouble();

    public async Task WaitAsync(string condition)
    {
        var clock = Stopwatch.StartNew();
        while ((await EvaluateAsync($"Boolean({condition})")).ValueKind != JsonValueKind.True)
        {
            if (clock.Elapsed > Patience)
            {
                var look = await EvaluateAsync("location.href + ' ' + document.visibilityState + ' ' + JSON.stringify(document.querySelector('.run-charts')?.dataset ?? {})");
                throw new InvalidOperationException($"After {Patience.TotalSeconds:0} s the page still waits for {condition}: {look}");
            }

            await Task.Delay(Look);
        }
    }

    /// <summary>Bytes that scripts hold once what they let go of is gone.</summary>
    public async Task<double> HeapBytesAsync()
    {
        await SendAsync("HeapProfiler.collectGarbage");
        return await MetricAsync("JSHeapUsedSize");
    }

    /// <summary>Processor time of the page's main thread so far.</summary>
    public async Task<double> ProcessorMillisecondsAsync() => await MetricAsync("TaskDuration") * 1000;

    public Task CloseAsync() => socket.SendAsync("Target.closeTarget", new { targetId });

    private async Task<double> MetricAsync(string name)
    {
        var metrics = await SendAsync("Performance.getMetrics");
        return metrics.GetProperty("metrics").EnumerateArray().First(metric => metric.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();
    }

    private Task<JsonElement> SendAsync(string method, object? parameters = null) => socket.SendAsync(method, parameters, sessionId);
}

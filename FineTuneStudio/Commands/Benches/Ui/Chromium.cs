using System.Diagnostics;
using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>A Chromium without a window, driven over its DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-renderer-backgrounding", "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--remote-debugging-port=0",
    ];

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly DevToolsSocket _socket;

    private Chromium(Process process, DirectoryInfo profile, DevToolsSocket socket)
    {
        (_process, _profile, _socket) = (process, profile, socket);
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    /// <summary>Where Debian puts it; <c>STUDIO_CHROMIUM</c> names another.</summary>
    private static string Executable => Environment.GetEnvironmentVariable("STUDIO_CHROMIUM") ?? "/usr/bin/chromium";

    public static async Task<Chromium> StartAsync()
    {
        if (!File.Exists(Executable))
        {
            throw new UserErrorException("chromium", $"{Executable} is not installed (apt-get install chromium), and this bench measures in a browser.");
        }

        var profile = Directory.CreateTempSubdirectory("studio-bench-browser-");
        var start = new ProcessStartInfo(Executable, [.. Flags, $"--user-data-dir={profile.FullName}", "about:blank"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;

        // What it says is read and thrown away, or the pipes would fill up.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var file = Path.Combine(profile.FullName, "DevToolsActivePort");
        while (!File.Exists(file) || (await File.ReadAllLinesAsync(file)).Length < 2)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"Chromium ended with code {process.ExitCode} before it could be driven.");
            }

            await Task.Delay(20);
        }

        var lines = await File.ReadAllLinesAsync(file);
        return new Chromium(process, profile, await DevToolsSocket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}")));
    }

    /// <summary>An empty page.</summary>
    public async Task<ChromiumPage> OpenAsync()
    {
        var target = await _socket.SendAsync("Target.createTarget", new { url = "about:blank", newWindow = true, width = 1440, height = 900 });
        var targetId = target.GetProperty("targetId").GetString()!;
        var session = await _socket.SendAsync("Target.attachToTarget", new { targetId, flatten = true });
        var page = new ChromiumPage(_socket, targetId, session.GetProperty("sessionId").GetString()!);
        await page.PrepareAsync();
        return page;
    }

    /// <summary>Bytes that are private to the process of the page that took most processor time.</summary>
    public async Task<double> BusiestPageBytesAsync()
    {
        var processes = await _socket.SendAsync("SystemInfo.getProcessInfo", new { });
        var busiest = processes.GetProperty("processInfo").EnumerateArray()
            .Where(process => process.GetProperty("type").GetString() == "renderer")
            .MaxBy(process => process.GetProperty("cpuTime").GetDouble());
        var lines = await File.ReadAllLinesAsync($"/proc/{busiest.GetProperty("id").GetInt32()}/smaps_rollup");
        return lines.Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(this, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A last writer of the browser was quicker; the system's own clean-up takes the folder.
        }
    }

    /// <summary>Also where somebody ends the bench: twenty live pages would go on without it.</summary>
    private void Kill(object? sender, EventArgs how) => _process.Kill(entireProcessTree: true);
}

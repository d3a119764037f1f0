using System.Diagnostics;
using FineTuneStudio.Engine.Storage;
using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>A real file system of a few megabytes, to be filled; the test is skipped where mounting is not allowed.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Ballast = "ballast";
    private readonly TemporaryFolder _place = new();

    public SmallDisk(int megabytes)
    {
        var fault = Command("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _place.FullName);
        if (fault is not null)
        {
            _place.Dispose();
            Assert.Skip($"No small file system can be mounted here: {fault}");
        }
    }

    public string FullName => _place.FullName;

    public string At(string name) => _place.At(name);

    /// <summary>Takes up all the room that is left, but for so many bytes (whole pages).</summary>
    public void Fill(int except = 0)
    {
        using var ballast = new FileStream(At(Ballast), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            var page = new byte[4096];
            while (true)
            {
                ballast.Write(page);
            }
        }
        catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
        {
            ballast.SetLength(ballast.Length - except);
        }
    }

    /// <summary>Gives the room back.</summary>
    public void MakeRoom() => File.Delete(At(Ballast));

    public void Dispose()
    {
        _ = Command("umount", "--lazy", _place.FullName);
        _place.Dispose();
    }

    // What went wrong, or null.
    private static string? Command(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return exception.Message;
        }
    }
}

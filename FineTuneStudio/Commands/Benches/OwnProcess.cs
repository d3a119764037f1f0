using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace FineTuneStudio.Commands.Benches;

/// <summary>This very program in a process of its own, so that its time and memory are its own.</summary>
internal static class OwnProcess
{
    /// <summary>How to start it with a verb; what it prints is the caller's to read.</summary>
    public static ProcessStartInfo Info(params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        string[] prefix = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        return new ProcessStartInfo(program, [.. prefix, .. arguments]) { RedirectStandardOutput = true };
    }

    /// <summary>Runs a verb to its end and reads the one JSON value that it prints.</summary>
    public static T Measure<T>(params string[] arguments)
    {
        using var process = Process.Start(Info(arguments))!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == CommandRunner.Success
            ? JsonSerializer.Deserialize<T>(output)!
            : throw new InvalidOperationException($"The bench's own '{string.Join(' ', arguments)}' ended with code {process.ExitCode}.");
    }
}

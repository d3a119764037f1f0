using System.Diagnostics;
using System.Reflection;

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
}

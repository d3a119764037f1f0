using System.Diagnostics;

namespace FineTuneStudio.Tests.Support;

/// <summary>The real program, started as a person at a terminal starts it.</summary>
internal static class StudioProgram
{
    private static string Executable => Path.Combine(AppContext.BaseDirectory, "FineTuneStudio");

    /// <summary>Starts a verb; output, errors and input are the test's.</summary>
    public static Process Start(params string[] arguments) => Begin(Executable, arguments);

    /// <summary>Starts a verb that hears Ctrl-C even where the tests themselves were started deaf to it, as in the background of a shell.</summary>
    public static Process StartInterruptible(params string[] arguments) => Begin("env", ["--default-signal=INT", Executable, .. arguments]);

    /// <summary>Runs a verb to its end.</summary>
    public static ProgramResult Run(params string[] arguments) => Run("", arguments);

    /// <summary>Runs a verb to its end, with variables beside those of the tests.</summary>
    public static ProgramResult Run((string Name, string Value)[] variables, params string[] arguments)
    {
        var start = StartInfo(Executable, arguments);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        return Finish(process);
    }

    /// <summary>Runs a verb to its end, with text on its standard input.</summary>
    public static ProgramResult Run(string input, string[] arguments)
    {
        using var process = Start(arguments);
        return Finish(process, input);
    }

    private static Process Begin(string program, string[] arguments) => Process.Start(StartInfo(program, arguments))!;

    private static ProcessStartInfo StartInfo(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>Waits for the end of a started program.</summary>
    public static ProgramResult Finish(Process process, string input = "")
    {
        // On threads of their own: the tests' own threads may all be waiting here.
        var output = Task.Run(process.StandardOutput.ReadToEnd);
        var error = Task.Run(process.StandardError.ReadToEnd);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}

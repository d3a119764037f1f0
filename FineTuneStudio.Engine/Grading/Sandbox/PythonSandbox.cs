using System.Diagnostics;
using System.Globalization;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>Python behind bubblewrap: no network, no files but the system's programs and an own scratch folder, no new processes.</summary>
internal static class PythonSandbox
{
    private const string Bubblewrap = "bwrap";
    private const string Python = "/usr/bin/python3";
    private static readonly Lazy<string?> Fault = new(Try);
    private static readonly Lazy<string> FilterFile = new(WriteFilter);
    private static readonly Lazy<string> Worker = new(ReadWorker);

    /// <summary>Why Python cannot run here, and the way out; <see langword="null"/> where they can.</summary>
    public static string? WhyNot => Fault.Value;

    /// <summary>Starts a worker that waits for its source.</summary>
    public static Process Start(SandboxLimits limits)
    {
        // The shell opens the filter as descriptor 9 and becomes bwrap.
        var info = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "-c", "filter=$1; shift; exec \"$@\" 9<\"$filter\"", "sh", FilterFile.Value, Bubblewrap,
            "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv", "--uid", "65534", "--gid", "65534", "--hostname", "grader", "--cap-drop", "ALL",
            "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev",
            "--size", limits.DiskBytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", "/tmp", "--chdir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/", "--seccomp", "9",
            Python, "-I", "-B", "-c", Worker.Value, limits.MemoryBytes.ToString(CultureInfo.InvariantCulture), limits.DiskBytes.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return ProcessStarter.Start(info);
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || !SeccompFilter.IsKnown)
        {
            return "Python graders and tools need Linux on x64 or arm64 for their sandbox.";
        }

        if (!File.Exists(Python))
        {
            return "Python graders and tools need python3. Install it: apt-get install python3";
        }

        if (!IsInPath(Bubblewrap))
        {
            return "Python graders and tools need bubblewrap for their sandbox. Install it: apt-get install bubblewrap";
        }

        using var process = Start(new SandboxLimits());
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return error.Length == 0 ? null : $"Python graders and tools cannot run in their sandbox here: {error.Split('\n')[0]} User namespaces must be allowed.";
    }

    private static bool IsInPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static string WriteFilter()
    {
        var folder = Directory.CreateTempSubdirectory("finetunestudio-sandbox-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(folder.FullName))
            {
                folder.Delete(recursive: true);
            }
        };
        var path = Path.Combine(folder.FullName, "filter.bpf");
        File.WriteAllBytes(path, SeccompFilter.Create());
        return path;
    }

    private static string ReadWorker()
    {
        using var stream = typeof(PythonSandbox).Assembly.GetManifestResourceStream("FineTuneStudio.Engine.Grading.Sandbox.worker.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

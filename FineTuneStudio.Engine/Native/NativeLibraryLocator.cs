using System.Reflection;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Finds libfts.so: beside the program, in <c>FTS_LIBRARY</c>, or in <c>native/build</c> of the checkout the program lies in.</summary>
internal static class NativeLibraryLocator
{
    private const string FileName = "libfts.so";
    private static int _registered;

    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLocator).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != NativeMethods.Library)
        {
            return 0;
        }

        var path = Candidates().FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{FileName} is not built. './studio up' or './studio test' builds it (cmake -S native -B native/build).");
        LibraryEnvironment.Prepare();
        return NativeLibrary.Load(path);
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("FTS_LIBRARY") is { Length: > 0 } named)
        {
            yield return named;
        }

        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "native", "build", FileName);
        }
    }
}

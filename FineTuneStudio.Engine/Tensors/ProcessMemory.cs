using System.Globalization;
using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>Memory of the whole process as the system sees it, tensors and all.</summary>
public static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearReferences = "/proc/self/clear_refs";

    // What proc(5) takes for "forget the peak of resident memory".
    private const string ForgetPeak = "5";

    /// <summary>Gives back what the heap keeps for later, and forgets the highest point reached so far.</summary>
    /// <returns>Whether <see cref="PeakBytes"/> counts from now on; only Linux can.</returns>
    public static bool BeginPeak()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        HeapMemory.Trim();
        try
        {
            File.WriteAllText(ClearReferences, ForgetPeak);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Most resident memory since <see cref="BeginPeak"/>.</summary>
    public static long PeakBytes() => Read("VmHWM:");

    /// <summary>Resident memory now.</summary>
    public static long ResidentBytes() => OperatingSystem.IsLinux() ? Read("VmRSS:") : Environment.WorkingSet;

    private static long Read(string name)
    {
        const int kibibyte = 1024;
        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var number = line?[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(number, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * kibibyte : Environment.WorkingSet;
    }
}

using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Application.Models;

/// <summary>What this machine computes with, in words: figures are kept under it.</summary>
internal static class MachineName
{
    private const string Processors = "/proc/cpuinfo";
    private const string ModelField = "model name";

    private static readonly Lazy<string> Processor = new(ReadProcessor);

    /// <summary>Processor and threads, or the GPU.</summary>
    /// <param name="threads">Threads that the settings give; <see langword="null"/> takes every processor.</param>
    public static string Current(int? threads)
    {
        var device = Devices.Resolve(DeviceName.Auto);
        return device.IsCpu ? $"{Processor.Value}, {threads ?? Environment.ProcessorCount} threads" : Devices.Describe(device);
    }

    private static string ReadProcessor()
    {
        try
        {
            var line = File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith(ModelField, StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() is { Length: > 0 } name ? name : Fallback;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fallback;
        }
    }

    private static string Fallback => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
}

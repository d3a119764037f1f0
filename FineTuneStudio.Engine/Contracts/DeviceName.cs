using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>How people name a place to compute: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
public static class DeviceName
{
    /// <summary>The first GPU, or main memory where there is none.</summary>
    public const string Auto = "auto";

    /// <summary>Main memory.</summary>
    public const string Cpu = "cpu";

    /// <summary>The first GPU.</summary>
    public const string Cuda = "cuda";

    /// <summary>One error where this is no such name; whether the device is there shows where it is used.</summary>
    public static IEnumerable<UserError> Validate(string name)
    {
        if (name is not (Auto or Cpu or Cuda) && !IsNumbered(name))
        {
            yield return new("device", $"'{name}' names no device. Use auto, cpu, cuda, or cuda:1 for the second GPU.");
        }
    }

    private static bool IsNumbered(string name)
        => name.StartsWith(Cuda + ":", StringComparison.Ordinal)
            && byte.TryParse(name.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < sbyte.MaxValue;
}

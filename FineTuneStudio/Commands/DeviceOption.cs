using System.CommandLine;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands;

/// <summary><c>--device</c>, the same for every verb that computes.</summary>
internal static class DeviceOption
{
    public const string Name = "--device";

    /// <param name="fallback">What holds without the option; <see langword="null"/> where something else decides then.</param>
    public static Option<string?> Create(string? fallback = DeviceName.Auto) => new(Name)
    {
        Description = "Where to compute: auto (a GPU where there is one), cpu, cuda, or cuda:1 for the second GPU",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => fallback,
    };

    /// <summary>The device that a verb was given.</summary>
    /// <exception cref="UserErrorException">No such name, or no such device here.</exception>
    public static Device Resolve(string? name) => Devices.Resolve(name ?? DeviceName.Auto);
}

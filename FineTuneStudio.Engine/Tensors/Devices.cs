using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>The places where this machine can compute, by the names that people give them.</summary>
public static class Devices
{
    private static readonly Lazy<bool> Prepared = new(() =>
    {
        NativeMethods.DevicePrepare().ThrowIfFailed();
        return true;
    });

    /// <summary>Main memory, then every GPU that libtorch can use.</summary>
    public static IReadOnlyList<Device> All => [Device.Cpu, .. Enumerable.Range(0, TorchRuntime.CudaDevices).Select(Device.Cuda)];

    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>auto</c> is the first GPU, or main memory where there is none; <c>cpu</c>; <c>cuda</c> is the first GPU; <c>cuda:1</c> the second.</param>
    /// <exception cref="UserErrorException">No such name, or no such device here.</exception>
    public static Device Resolve(string name)
    {
        UserErrorException.ThrowIfAny(DeviceName.Validate(name));
        if (name == DeviceName.Cpu)
        {
            return Device.Cpu;
        }

        var gpus = TorchRuntime.CudaDevices;
        var device = name switch
        {
            DeviceName.Auto => gpus > 0 ? Device.Cuda() : Device.Cpu,
            DeviceName.Cuda => Device.Cuda(),
            _ => Device.Cuda(int.Parse(name.AsSpan(DeviceName.Cuda.Length + 1), CultureInfo.InvariantCulture)),
        };
        if (device.IsCuda && device.Index >= gpus)
        {
            throw new UserErrorException("device", $"There is no {device} here. {WhatThereIs(gpus)}");
        }

        _ = device.IsCuda && Prepared.Value;
        return device;
    }

    /// <summary>A device's name with what it is: <c>cuda:0 (NVIDIA H100)</c>.</summary>
    public static string Describe(Device device) => device.IsCpu ? device.ToString() : $"{device} ({NativeMethods.DeviceName(device.Code)})";

    /// <summary>What tensors take of a GPU's memory; <see langword="null"/> for main memory, and where this libtorch does not tell.</summary>
    public static DeviceMemory? MemoryOf(Device device)
    {
        if (device.IsCpu)
        {
            return null;
        }

        NativeMethods.DeviceMemory(device.Code, out var allocated, out var peak, out var total).ThrowIfFailed();
        return allocated < 0 ? null : new DeviceMemory(allocated, peak, total);
    }

    /// <summary>Lets <see cref="DeviceMemory.Peak"/> begin anew.</summary>
    public static void ResetPeak(Device device)
    {
        if (device.IsCuda)
        {
            NativeMethods.DeviceMemoryPeakReset(device.Code).ThrowIfFailed();
        }
    }

    private static string WhatThereIs(int gpus)
        => gpus > 0
            ? $"This machine has {string.Join(", ", All.Select(Describe))}; name one of these, or auto."
            : $"libtorch {TorchRuntime.Version} sees no GPU, only cpu; name cpu or auto. README.md, section CUDA, tells how the studio is built for one.";
}

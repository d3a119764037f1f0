using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors;

public sealed class DevicesTests
{
    [Fact]
    public void Resolve_Auto_IsTheFirstOfTheGpusOrMainMemory()
        => Assert.Equal(TorchRuntime.CudaDevices > 0 ? Device.Cuda() : Device.Cpu, Devices.Resolve("auto"));

    [Fact]
    public void Resolve_Cpu_IsMainMemory() => Assert.Equal(Device.Cpu, Devices.Resolve("cpu"));

    [Fact]
    public void Resolve_GpuThatIsNotThere_NamesWhatIs()
    {
        var absent = $"cuda:{TorchRuntime.CudaDevices}";

        var exception = Assert.Throws<UserErrorException>(() => Devices.Resolve(absent));

        Assert.Contains($"There is no {absent} here", exception.Message, StringComparison.Ordinal);
        Assert.All(Devices.All, device => Assert.Contains(device.ToString(), exception.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1000")]
    [InlineData("")]
    public void Resolve_NoNameOfADevice_SaysWhichThereCanBe(string name)
        => Assert.Contains("cuda:1 for the second GPU", Assert.Throws<UserErrorException>(() => Devices.Resolve(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void MemoryOf_MainMemory_IsNotTold() => Assert.Null(Devices.MemoryOf(Device.Cpu));

    [Fact]
    public void OperatorTakes_NamesInOrder_TellsSchemasApart()
    {
        var sum = Operator.Named("aten::sum.dim_IntList");

        Assert.True(sum.Takes("self", "dim", "keepdim", "dtype"));
        Assert.True(sum.Takes("self"));
        Assert.False(sum.Takes("self", "keepdim"));
        Assert.False(sum.Takes("self", "dim", "keepdim", "dtype", "more"));
        Assert.False(Operator.Named("aten::no_such_thing").Takes());
    }
}

using System.CommandLine;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary><c>--quantization</c>, the same for every verb that answers.</summary>
internal static class QuantizationOption
{
    public static Option<Quantization> Create() => new("--quantization")
    {
        Description = "Keep the layers' linears in few bits: Nf4, Nf4Double, Int8",
        DefaultValueFactory = _ => OptionCatalog.Quantization.Default,
    };
}

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Names of the files of an adapter folder.</summary>
public static class AdapterFiles
{
    /// <summary>Options, as PEFT writes them.</summary>
    public const string Configuration = "adapter_config.json";

    /// <summary>Tensors.</summary>
    public const string Weights = "adapter_model.safetensors";

    /// <summary>Tensors as PEFT wrote them once: Python's pickle, which is never read here.</summary>
    public const string Pickled = "adapter_model.bin";

    /// <summary>Where it comes from, for a person.</summary>
    public const string ReadMe = "README.md";

    /// <summary>What an export was found to compute, and the hashes of its files.</summary>
    public const string Certificate = "certificate.json";
}

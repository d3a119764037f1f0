using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>PEFT's names of an adapter's tensors.</summary>
internal static class AdapterNames
{
    public const string Prefix = "base_model.model.";
    public const string A = ".lora_A.weight";
    public const string B = ".lora_B.weight";
    public const string Magnitude = ".lora_magnitude_vector";

    public static IEnumerable<KeyValuePair<string, Tensor>> Of(LoraAdapter adapter)
    {
        yield return KeyValuePair.Create(OfA(adapter), adapter.A);
        yield return KeyValuePair.Create(OfB(adapter), adapter.B);
        if (adapter.Magnitude is { } magnitude)
        {
            yield return KeyValuePair.Create(OfMagnitude(adapter), magnitude);
        }
    }

    public static string OfA(LoraAdapter adapter) => Prefix + adapter.Module + A;

    public static string OfB(LoraAdapter adapter) => Prefix + adapter.Module + B;

    public static string OfMagnitude(LoraAdapter adapter) => Prefix + adapter.Module + Magnitude;

    public static IEnumerable<KeyValuePair<string, Tensor>> Of(ExpertAdapter adapter)
    {
        yield return KeyValuePair.Create(Prefix + adapter.Module + A, adapter.A);
        yield return KeyValuePair.Create(Prefix + adapter.Module + B, adapter.B);
    }

    /// <summary>A tensor's name where the adapter's model is a part of one of text and images.</summary>
    public static string InWholeModel(string name) => Prefix + WholeModelNames.Of(name[Prefix.Length..]);

    public static string Saved(string module) => $"{Prefix}{module}.weight";
}

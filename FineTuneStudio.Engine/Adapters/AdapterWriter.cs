using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Writes an <see cref="AdapterSet"/> as a folder in PEFT layout.</summary>
internal static class AdapterWriter
{
    public static void Write(AdapterSet adapters, string folder, string baseModelName)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, AdapterFiles.Configuration), AdapterConfigurationFile.Write(adapters.Configuration, PublicName(baseModelName)));
        using var stream = File.Create(Path.Combine(folder, AdapterFiles.Weights));
        SafetensorsWriter.Write(stream, adapters.Parameters);
    }

    // owner/name is a public name; anything else with separators is a place on this machine, which concerns nobody else.
    private static string PublicName(string name)
    {
        var trimmed = name.Replace('\\', '/').TrimEnd('/');
        var isPath = Path.IsPathRooted(name) || name.StartsWith('.') || trimmed.Count(letter => letter == '/') > 1 || Directory.Exists(name);
        return isPath ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : trimmed;
    }
}

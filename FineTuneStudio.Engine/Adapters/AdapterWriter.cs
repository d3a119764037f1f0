using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Writes an <see cref="AdapterSet"/> as a folder in PEFT layout, each file whole or not at all.</summary>
internal static class AdapterWriter
{
    public static void Write(AdapterSet adapters, string folder, string baseModelName)
    {
        DurableFile.CreateFolder(folder);
        using (var weights = DurableFile.Create(Path.Combine(folder, AdapterFiles.Weights)))
        {
            SafetensorsWriter.Write(weights.Stream, adapters.Written);
            weights.Commit();
        }

        DurableFile.WriteAllBytes(
            Path.Combine(folder, AdapterFiles.Configuration), AdapterConfigurationFile.Write(adapters, PublicName(baseModelName)));
    }

    // owner/name is a public name; anything else with separators is a place on this machine, which concerns nobody else.
    private static string PublicName(string name)
    {
        var trimmed = name.Replace('\\', '/').TrimEnd('/');
        var isPath = Path.IsPathRooted(name) || name.StartsWith('.') || trimmed.Count(letter => letter == '/') > 1 || Directory.Exists(name);
        return isPath ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : trimmed;
    }
}

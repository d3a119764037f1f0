namespace FineTuneStudio.Engine.Templates;

/// <summary>Templates of their own names that a model folder has beside its usual one: <c>additional_chat_templates/NAME.jinja</c>.</summary>
public static class AdditionalTemplates
{
    /// <summary>Where they lie, below the model's folder.</summary>
    public const string Folder = "additional_chat_templates";

    /// <summary>The name of the template for conversations with tools.</summary>
    public const string ToolUse = "tool_use";

    private const string Extension = ".jinja";

    /// <summary>Whether a file, by its path from the model's folder with <c>/</c> between the parts, is one of them.</summary>
    public static bool Contains(string path) => path == $"{Folder}/{Path.GetFileName(path)}" && path.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>Those that a folder has, as paths from it.</summary>
    /// <param name="modelFolder">Folder in Hugging Face layout.</param>
    public static IEnumerable<string> Of(string modelFolder)
    {
        var below = new DirectoryInfo(Path.Combine(modelFolder, Folder));
        return below.Exists ? below.EnumerateFiles("*" + Extension).Select(file => Path.Combine(Folder, file.Name)) : [];
    }

    /// <summary>Where one of a name lies or would lie.</summary>
    internal static string PathOf(string modelFolder, string name) => Path.Combine(modelFolder, Folder, name + Extension);
}

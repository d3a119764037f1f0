namespace FineTuneStudio.Engine.Adapters;

/// <summary>Names of a text model's tensors and modules where it is a part of a model of text and images.</summary>
/// <remarks>Transformers writes <c>model.language_model.layers.0</c> since 4.52, and wrote <c>language_model.model.layers.0</c> before; both are read, the first is written.</remarks>
internal static class WholeModelNames
{
    private const string Own = "model.";
    private const string Current = "model.language_model.";
    private const string Older = "language_model.";

    /// <summary>The name in the text model alone; <see langword="null"/> where the name does not say that it belongs to it.</summary>
    public static string? FindOwn(string name)
        => name.StartsWith(Current, StringComparison.Ordinal) ? Own + name[Current.Length..]
            : IsOlder(name) ? name[Older.Length..]
            : null;

    /// <summary>Whether a name is of the older scheme.</summary>
    public static bool IsOlder(string name) => name.StartsWith(Older, StringComparison.Ordinal);

    /// <summary>The name that transformers has for it now; the head's is the same in both.</summary>
    public static string Of(string own) => own.StartsWith(Own, StringComparison.Ordinal) ? Current + own[Own.Length..] : own;

    /// <summary>The name that transformers had for it.</summary>
    public static string OlderOf(string own) => Older + own;
}

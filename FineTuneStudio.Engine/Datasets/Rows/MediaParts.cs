namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Types of content parts that hold no text.</summary>
internal static class MediaParts
{
    public static bool Contains(ReadOnlySpan<byte> type)
        => type.StartsWith("image"u8) || type.StartsWith("input_image"u8) || type.StartsWith("audio"u8) || type.StartsWith("input_audio"u8)
            || type.StartsWith("video"u8) || type.StartsWith("file"u8) || type.StartsWith("input_file"u8);
}

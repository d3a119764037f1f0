using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Finds the tokenizer of a model folder, or takes the file itself.</summary>
internal static class TokenizerLoader
{
    private static readonly string[] Names = ["tokenizer.json", "tokenizer.json.gz", "tokenizer.model", "tiktoken.model"];

    /// <summary>The tokenizer at a path.</summary>
    /// <exception cref="UserErrorException">Nothing there, broken, or of a kind that is not built.</exception>
    public static Tokenizer Load(string path)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
        {
            throw new UserErrorException(path, "There is no such file or folder; give a model folder, a tokenizer.json or a tiktoken file.");
        }

        var folder = isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var roles = isFolder || Names.Contains(Path.GetFileName(path)) ? SpecialTokenRoles.Read(folder) : new SpecialTokenRoles();
        var file = isFolder ? FindFile(path) : path;
        if (file is not null)
        {
            return new Tokenizer(Read(file, roles), roles);
        }

        return VocabularyFilesReader.Find(folder) is var (vocabulary, merges)
            ? new Tokenizer(VocabularyFilesReader.Read(vocabulary, merges, roles), roles)
            : throw new UserErrorException(path,
                "The folder holds no tokenizer: tokenizer.json, tokenizer.model, tiktoken.model, a .tiktoken file or vocab.json with merges.txt was looked for.");
    }

    // A text model that shares its tokenizer with models of images has no rows for the images' tokens (Gemma 3): to it they are text.
    private static TokenizerParts OfModel(TokenizerParts parts, SpecialTokenRoles roles)
        => roles.EmbeddingRows is { } rows ? parts with { AddedTokens = [.. parts.AddedTokens.Where(token => token.Id < rows)] } : parts;

    private static string? FindFile(string folder)
        => Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? Directory.EnumerateFiles(folder, "*.tiktoken").Order(StringComparer.Ordinal).FirstOrDefault();

    private static TokenizerParts Read(string file, SpecialTokenRoles roles)
    {
        var context = new LoadContext(file);
        var content = TokenizerFile.ReadAll(file);
        var start = content.AsSpan().TrimStart(" \t\r\n\uFEFF"u8);
        if (start.Length > 0 && start[0] == (byte)'{')
        {
            return OfModel(TokenizerJsonReader.Read(content, context), roles);
        }

        if (TiktokenReader.Recognizes(start))
        {
            return TiktokenReader.Read(start, roles.AddedTokens, context, roles.TokenizerClass == TiktokenFamily.KimiClass ? TiktokenFamily.Kimi : null);
        }

        if (SentencePieceReader.Recognizes(content))
        {
            return SentencePieceReader.Read(content, context);
        }

        throw context.Fault("This is no tokenizer.json (an object with a 'model'), no tiktoken file (lines 'base64 rank') and no SentencePiece model.");
    }
}

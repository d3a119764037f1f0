using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>One row, ready to be rendered: a conversation in OpenAI's chat format, whatever the file's own format is.</summary>
/// <param name="Index">Number among the good rows, from 0.</param>
/// <param name="Line">Line of the row in the (decompressed) file, from 1.</param>
/// <param name="ByteOffset">Where the row begins in the (decompressed) file.</param>
/// <param name="Conversation">The messages (each content one text, null, or absent; never parts) and tools.</param>
/// <param name="LearnWeights">
/// For each message, how much its loss counts: 0 for all but the assistant's, else the message's weight (1 where it has none) times the
/// row's.
/// </param>
public sealed record DatasetRow(int Index, long Line, long ByteOffset, Conversation Conversation, IReadOnlyList<float> LearnWeights)
{
    /// <summary>What is to be answered: the conversation without an assistant message at its end, which is the dataset's own answer.</summary>
    public Conversation ToPrompt() => ConversationSplit.Of(Conversation).Prompt;
}

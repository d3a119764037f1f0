namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>Turns ids into text one by one, holding back what is not yet a whole character.</summary>
/// <remarks>For one thread; made by <see cref="Tokenizer.CreateStreamingDecoder"/>.</remarks>
public abstract class StreamingDecoder
{
    private protected StreamingDecoder()
    {
    }

    /// <summary>Takes the next id and returns the text that is now certain; often empty.</summary>
    public abstract string Push(int id);

    /// <summary>Returns what was held back; after this the stream starts anew.</summary>
    public abstract string Finish();
}

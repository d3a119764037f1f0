namespace FineTuneStudio.Engine.Generation;

/// <summary>Goes on with a conversation where the model's turn has ended.</summary>
public interface ITurnTaker
{
    /// <summary>Takes the next turn. Called off the generating thread, one turn after the other.</summary>
    /// <param name="turn">The model's turn, with what ended it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Token ids up to where the model's next turn begins; <see langword="null"/> where the conversation is over.</returns>
    int[]? TakeTurn(TokenAnswer turn, CancellationToken cancellationToken);
}

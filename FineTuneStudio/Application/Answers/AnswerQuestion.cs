namespace FineTuneStudio.Application.Answers;

/// <summary>One side of a question: who is asked, and what was said before.</summary>
/// <param name="Model">Name of a model in the library.</param>
/// <param name="Adapter">An adapter on that model; <see langword="null"/> asks the model itself.</param>
/// <param name="Turns">The conversation, the newest turn last.</param>
public sealed record AnswerQuestion(string Model, Guid? Adapter, IReadOnlyList<ChatTurn> Turns);

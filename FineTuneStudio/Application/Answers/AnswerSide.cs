using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Answers;

/// <summary>A question with folders in place of names.</summary>
/// <param name="ModelFolder">The base model's.</param>
/// <param name="AdapterFolder">In PEFT layout; <see langword="null"/> for the model itself.</param>
/// <param name="Conversation">The conversation so far.</param>
internal sealed record AnswerSide(string ModelFolder, string? AdapterFolder, Conversation Conversation);

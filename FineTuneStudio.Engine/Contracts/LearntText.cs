namespace FineTuneStudio.Engine.Contracts;

/// <summary>Which part of a conversation counts in the loss.</summary>
public enum LearntText
{
    /// <summary>The assistant's turns, except those with <c>"weight": 0</c>.</summary>
    AssistantTurns,

    /// <summary>Every token, questions and all: continued pre-training.</summary>
    Everything,
}

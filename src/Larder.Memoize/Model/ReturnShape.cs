namespace Larder.Memoize.Generation.Model;

/// <summary>How a method hands its result out.</summary>
internal enum ReturnShape
{
    Nothing,
    Value,
    Task,
    ValueTask,
    PlainTask,
    PlainValueTask,
}

namespace Reverie.Tests.BadInput;

/// <summary>Every kind of bad model: each must give one clear line, quickly and in little memory, in the library and on the command line.</summary>
public static class BadModels
{
    public static IReadOnlyList<BadModel> All { get; } =
    [
        .. BadFiles.All, .. BadStructures.All, .. BadGraphs.All, .. BadTensors.All, .. BadExternalData.All,
        .. BadWindows.All, .. BadNodes.All, .. BadShapes.All, .. BombModels.All,
    ];
}

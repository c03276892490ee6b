namespace Reverie.Tests.BadInput;

/// <summary>Every kind of bad picture: each must give one clear line, quickly and in little memory, in the library and on the command line.</summary>
public static class BadPictures
{
    public static IReadOnlyList<BadPicture> All { get; } =
    [
        .. NoPictures.All, .. CutPictures.All, .. BadPngs.All, .. DamagedPictures.All, .. BombPictures.All,
    ];
}

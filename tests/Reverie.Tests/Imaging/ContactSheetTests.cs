using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class ContactSheetTests
{
    [Fact]
    public void Pictures_stand_in_rows_and_columns_in_order()
    {
        var tiles = Enumerable.Range(0, 5).Select(index => new ContactSheet.Tile(Grey(index / 5f, 10, 12))).ToList();
        var sheet = ContactSheet.Draw(tiles, columns: 3, gap: 2);
        Assert.Equal((2 * (10 + 2) + 2, 3 * (12 + 2) + 2), (sheet.Height, sheet.Width));
        for (var index = 0; index < 5; index++)
            Assert.Equal(index / 5f, sheet.Plane(1)[(2 + index / 3 * 12 + 5) * sheet.Width + 2 + index % 3 * 14 + 6]);
    }

    [Fact]
    public void Smaller_pictures_stand_in_the_middle_and_labels_take_room()
    {
        var plain = ContactSheet.Draw([new(Grey(1, 40, 60)), new(Grey(1, 20, 20))], 2);
        var labelled = ContactSheet.Draw([new(Grey(1, 40, 60), "a very long name that cannot possibly fit"), new(Grey(1, 20, 20), "b")], 2);
        Assert.Equal(1, plain.Plane(0)[(6 + 20) * plain.Width + 6 + 60 + 6 + 30]);
        Assert.NotEqual(1, plain.Plane(0)[(6 + 5) * plain.Width + 6 + 60 + 6 + 30]);
        Assert.True(labelled.Height > plain.Height);
        Assert.Equal(plain.Width, labelled.Width);
    }

    private static Picture Grey(float value, int height, int width)
    {
        var picture = new Picture(height, width);
        Array.Fill(picture.Rgb, value);
        return picture;
    }
}
